"""Pages that the server gives to browsers, without any other host.

graphiql     GraphiQL at /graphiql: the page, its assets, its examples, under a policy that lets it load nothing else
archive      the files that `./run build-graphiql` built from web/graphiql/, in one archive, compressed as they are sent
examples     the operations of docs/examples/
"""
