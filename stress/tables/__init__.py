"""Tables of other people: what a file says, read where its meaning is certain and refused where it is not.

source      a local file -> its bytes, unpacked and bounded
encoding    bytes -> text, by a rule that is certain or refuses
cells       text or a workbook -> rows of cells with the numbers of their lines
headings    two rows of a heading -> one
years       periods over two rows of a heading -> one
left_out    merged cells of a sheet, and formulas never calculated
numbers     a cell as a number: thousands, decimal commas, percent and currency signs, what is not published
periods     a label as a year, half-year, quarter or month
dates       a column of labels as dates or periods: which of day and month comes first
framed      the heading, the rows of periods, what stands before and after them
upright     periods across -> periods down
series      the series of variables in it: periods down, across, or one observation a row
ages        a label as an age since origination
vintages    losses, counts or balances by cohort and age
layouts     the layouts that are read, by publisher

Nothing here knows a deal or a pool, and nothing needs arrays.
"""
