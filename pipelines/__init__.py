"""Pipelines: sources, ingestion, orchestration, the command line."""
