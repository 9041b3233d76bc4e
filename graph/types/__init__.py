"""The types of the schema, one file for each subject; what their fields mean is in the files of the same name in resolvers/.

codes          the codes that tables store, described
operators      what a value can be compared with
pages          connections, edges, pageInfo, the direction of an order
filters        what lists are filtered by;  orders    what they are ordered by
nodes          the Node interface, and types that are named before they exist
places agencies courses statements figures participation search access clients erasures audit    one file for each subject
submissions    what is sent;  receipts    what became of it
"""
