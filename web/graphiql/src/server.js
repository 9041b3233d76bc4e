// What the page knows of the server, and how it asks it. All of it is in memory only: a credential is gone when the page is.

import { Kind, parse } from "graphql";
import { useSyncExternalStore } from "react";

const NOBODY = { kind: "ANONYMOUS", clientName: null, agency: null, scopes: [] };
const INTROSPECTION = "IntrospectionQuery"; // GraphiQL's own
const WHO = "query WhoAmI { viewer { kind clientName agency { code name } scopes } }";

let credential = null;
let state = { viewer: NOBODY, hasCredential: false, offersSession: false, signIn: null, session: null, notice: "", answered: null };
const listeners = new Set();

function change(parts) {
  state = { ...state, ...parts };
  for (const listener of listeners) listener();
}

function listen(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What is known now; a component that asks is drawn again when it changes. */
export const useServer = () => useSyncExternalStore(listen, () => state);

/** Finds out whether a session is open or can be opened, and who is asking. */
export async function start() {
  await look();
  await identify();
}

/** Asks as the client of this credential from now on; null asks as nobody, or as the session if there is one. */
export async function askAs(given) {
  credential = given;
  change({ hasCredential: Boolean(given), notice: "" });
  await identify();
}

/** Opens a staff session. */
export const openSession = () => tell("POST", "/session", {});

/** Switches the session between READ and WRITE. */
export const switchMode = (mode) => tell("POST", "/session/mode", { mode });

/** Ends the session; one that was opened at an OpenID issuer is ended there too. */
export async function endSession() {
  const { signOut } = await tell("DELETE", "/session");
  if (signOut) location.assign(signOut);
}

/** GraphiQL's way to send an operation. */
export async function fetcher({ query, variables, operationName }) {
  const started = performance.now();
  const response = await ask({ query, variables, operationName: chosen(query, operationName) });
  const text = await response.text();
  const ms = Math.round(performance.now() - started);
  const requestId = response.headers.get("x-request-id");
  if (operationName !== INTROSPECTION) change({ answered: { status: response.status, ms, characters: text.length, requestId } });
  const answer = JSON.parse(text);
  if (answer.errors?.some((error) => error.extensions?.code === "SESSION_ENDED")) {
    await start();
    change({ notice: "Your session has ended." });
  }
  return answer;
}

/** The name of the only operation, else the one given: for a moment after a change of tabs, GraphiQL gives the name of the tab before. */
function chosen(query, given) {
  try {
    const operations = parse(query).definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
    return operations.length === 1 ? operations[0].name?.value : given;
  } catch {
    return given; // the server says what is wrong with the document
  }
}

function ask(body) {
  const { session } = state;
  const identity = credential ? { Authorization: `Bearer ${credential}` } : session ? { "X-CSRF-Token": session.csrfToken } : {};
  return fetch("/graphql", {
    method: "POST",
    headers: { Accept: "application/graphql-response+json, application/json;q=0.9", "Content-Type": "application/json", ...identity },
    body: JSON.stringify(body),
    credentials: session && !credential ? "same-origin" : "omit",
    cache: "no-store",
  });
}

async function identify() {
  const answer = await (await ask({ query: WHO })).json();
  const [error] = answer.errors ?? [];
  change({ viewer: answer.data?.viewer ?? NOBODY, ...(error ? { notice: error.message } : {}) });
}

async function look() {
  await askSession("GET", "/session");
}

async function tell(method, path, body) {
  const answer = await askSession(method, path, body);
  const [error] = answer.errors ?? [];
  if (error) await look(); // the session may have ended
  await identify();
  change({ notice: error?.message ?? "" });
  return answer;
}

async function askSession(method, path, body) {
  const response = await fetch(path, {
    method,
    headers: { "X-CSRF-Token": state.session?.csrfToken ?? "none", ...(body ? { "Content-Type": "application/json" } : {}) },
    body: body && JSON.stringify(body),
    credentials: "same-origin",
    cache: "no-store",
  });
  const answer = await response.json();
  if (response.ok) change({ offersSession: answer.offered, signIn: answer.signIn ?? null, session: answer.session });
  return answer;
}
