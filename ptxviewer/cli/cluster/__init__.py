"""``triage --scheduler``: films analysed by the workers of a Dask cluster. Dask and fsspec are imported here only."""
