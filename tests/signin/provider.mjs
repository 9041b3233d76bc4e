// The certified OpenID provider of the npm registry on loopback, as tests/sign_in_at_a_provider.py configures it by PROVIDER. Its pages
// for signing in and agreeing are its own; any password will do.

import { Provider } from "oidc-provider";

const { port, jwks, clients, roles, audience } = JSON.parse(process.env.PROVIDER);
const issuer = `http://127.0.0.1:${port}`;

const provider = new Provider(issuer, {
  clients,
  jwks,
  claims: { openid: ["sub", "roles"], profile: ["name"] },
  cookies: { keys: ["only for tests"] },
  enabledJWA: { idTokenSigningAlgValues: ["RS256", "ES256", "EdDSA"] },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, name: `Person ${id}`, roles: roles[id] ?? [] }) }),
  extraTokenClaims: (_, token) => (token.accountId ? { roles: roles[token.accountId] ?? [] } : {}),
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_, indicator) => ({
        scope: "graph",
        audience: indicator,
        accessTokenTTL: 300,
        accessTokenFormat: "jwt",
        jwt: { sign: { alg: "RS256" } },
      }),
      defaultResource: () => undefined,
      useGrantedResource: () => Boolean(audience),
    },
  },
});
provider.listen(port, "127.0.0.1", () => console.log(`listening at ${issuer}`));
