"""An operation becomes one SQL statement. The stages, in the order in which control flows:

document     text -> operation: parse, validate, pick the operation, coerce the variables
validation   the rules that a document must satisfy
limits       price the operation before it is planned
advice       what is said of an operation that costs too much
introspected what the lists of introspection hold on average
conditions   what a filter costs, and how deep it may go
arguments    the values of a field's arguments: what a plan may know of them, and what it must bind
selections   merge aliases, fragments and directives into one field for each response key
planner      operation and shape of viewer -> plan; the only stage that asks for tables
filters      inputs `filter` -> predicates
nodes        the arguments `id` and `ids` -> types, and rows that name their objects
connections  orders and cursors -> sort keys and keyset predicates
binds        the values that a statement needs, and where a call finds them
plan         what the planner decided: frozen records
statement    plan -> one SELECT that gives one JSON value
"""
