"""The middle floor: what each field means, and how an operation becomes bytes. Knows neither HTTP nor Strawberry.

execute       the doorway: request + Viewer -> bytes
compiler/     a query -> one SQL statement
fields        the words that a field's meaning is declared with
queries       the meaning of every type, by name
places agencies courses statements individuals figures access receipts clients curation releases erasures audit    one file per subject
search        what is found by words;  twins    cohorts that may be the same run
participation numbers: by the count rules, or by a release (released)
counting/     the count rules R0-R8
release       rule R9, pure;  releasing/    makes the next one of the ledger and the last
mutation      who may call a mutation, and what its payload is read from
submitting/   submit and decide: the ledger and its changes
curating/     what IMPACS makes of it: accepted, joined, counted by individuals, PUBLIC
admitting/    who has access: clients, credentials, agreements
erasing/      what is told of people ends
explain       an operation's plan and SQL, for people
recording     what a change leaves in the audit log;  failures    what a failed one is told as
errors        the tree of refusals;  people    those about what is told of people
"""
