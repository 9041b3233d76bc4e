"""How fast the graph is, beside the floor: the same SQL through bare asyncpg behind a bare ASGI function. `./run bench`.

run         the one command: seeds, starts both, checks that their answers are equal, measures, prints the table
operations  what is measured
floor       the floor
load        a client that does nothing but send and read, so that it is not what is measured
"""
