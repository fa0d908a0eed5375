"""Input files as sheets of a workbook: FILE.xlsx#NAME is the file that the sheet NAME and those below it hold.

The sheet NAME has the columns Key and Value: `kind`, `version`, `name` and all that is no list of tables, by the path
of its key (`clean_up.pool_factor`, `opening_cash.reserve`). A list of tables has a sheet NAME.KEY, one row an entry,
whose headings are the keys (`deal.notes`: name, share, coupon, step_up.add, thresholds[1].limit). Lists that stand
under names share one sheet, whose first column is the name (`deal.priority`: phase, step, notes, ...). Lists of values
stand in one cell with commas, or one a line; anything can be written as in TOML. An empty cell is a key that is left
out. A file refers to another one of its workbook as `#NAME`. Columns beside Key and Value, and all other sheets, are
the user's own.
"""
