"""People and programs that an OpenID issuer vouches for. The files, in the order in which a token or a sign-in comes through them:

roles.py      what the configuration gives to a claim's value
addresses.py  where a secret or a key may travel
network.py    how the issuer is asked
issuer.py     what the issuer says of itself, and its keys
tokens.py     a signed token to its claims, or a reason why not
access.py     an access token to a viewer
flow.py       a sign-in at the issuer: the code flow, up to the claims about a person
people.py     /signin and /signin/callback: a browser's sign-in becomes a session
"""
