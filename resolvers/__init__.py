"""The middle floor: what each field means, and how an operation becomes bytes. Knows neither HTTP nor Strawberry.

execute       the doorway: request + Viewer -> bytes
compiler/     a query -> one SQL statement
fields        the words that a field's meaning is declared with
queries       the meaning of every type, by name
places agencies courses statements figures access receipts participation    one file per subject
counting      the count rules R0-R8
submissions   submit, the order of it: envelopes -> stored -> records -> outcomes -> stored_claims -> weighing -> entries
envelopes     a submission's key, digest and control totals
stored        what records can refer to and are compared with;  stored_claims: the counts that they stand beside
records       records as drafts;  contents: the fields of each kind;  rules: what a field must satisfy
outcomes      what becomes of each record
weighing      counts judged together;  consistency: the rules of that;  claims: slices and claim sets
entries       stores a submission and what it changes
decisions     decide;  rulings: what can be decided, and what that changes
issues        the codes of everything that can be said about a record, with their messages
explain       an operation's plan and SQL, for people
errors        the tree of refusals
"""
