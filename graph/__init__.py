"""The top floor: everything that the outside touches.

app          the one place where the application is put together
door         what every response carries, and what no request gets past
endpoint     /graphql over HTTP: a request becomes bytes, a refusal a status code
requests     what a request's head and body ask for
auth         a credential becomes a Viewer;  refusals    those that do not are recorded
openid/      so does an access token of an OpenID issuer, where people sign in too;  viewers    the columns that a viewer is made of
staff        so does the cookie of a session, where and whence one is offered
sessions     the sessions that are open
signin       /session: opens, switches and ends one
sandbox      credentials to try an embedded server with;  uses    when credentials were last used
peers        who is at the other end of a connection
pages/       pages for browsers: GraphiQL
logs         what is logged, and how
schema       the contract: the Strawberry schema, and its print
contract     what of it changed since the last release, and whether the changelog says so
queries mutations    its root types
types/       its other types, one file for each subject
fields       how fields, arguments and codes are declared
scalars      how dates, decimals and the like are read and written
settings     the only reader of the environment
server       serves: PostgreSQL (postgres), tables, reference data, HTTP (protocol);  resetting    empties a TEST environment
cli          the commands, cli_* those of a subject (terminal: what all share);  auditing    those about the audit log
operating    what commands change as the owner, and that it is recorded;  who_sees_what    prints the policies
"""
