"""Results of many films: one schema, a store that can be resumed, tables in three formats, queries, evaluation."""
