"""Input files in the analyst's words: deal, pool, scenario, job. `load` reads and checks them."""
