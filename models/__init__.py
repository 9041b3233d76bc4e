"""The bottom floor: what is stored, and who may see it. Imports nothing of ours from above.

base         the table base, identifiers, column types
viewer       who is asking
policy       what a policy is: conditions, with their words
policies     who may see and change each table; nobody unless it says so
row_security the same once more, as PostgreSQL's policies, which walls puts up;  grants    what the serving role may do at all
places       member states with dated memberships; departments
agencies     partner agencies, their listings on the published page, who operates what
courses      courses and cohorts, with roles and cost lines
statements   what partners say about cohorts; decisions upon it
individuals  people, as pseudonyms;  erasures: what is left once what was told of one is destroyed
submissions  what was sent, by whom, and what became of each record
figures      published amounts
releases     the numbers for everybody, as they were published
access       clients of the API, their credentials, agreements;  clients agreements openid sessions    make and end these
audit        what was done, by whom and for which purpose
chain        seals the rows of the audit log; verification looks through the seals, heads signs where they ended
changes      the outbox: one row for each change of the ledger, in its own transaction
outbox       writes those rows, last in a transaction, in commit order
history      each version of a row that numbers rest on, with the time in which it stood
ancestry     keeps the lines of parents of agencies
database     pools; one statement to read, one transaction to write
embedded     the PostgreSQL that comes with the package
reference/   the published page as data files, and its loader
migrations/  Alembic
"""
