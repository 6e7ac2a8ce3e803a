"""The painter of the report."""
