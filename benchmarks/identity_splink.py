"""Splink with its stock comparisons on prepared company records."""

import logging
import time
from typing import Any

import polars as pl

from registries.identity.measure import best_threshold, cluster_quality, true_pairs


def run_splink(prepared: pl.DataFrame) -> dict[str, Any]:
    """Match prepared company records with Splink, trained without labels.

    Args:
        prepared: From :func:`registries.identity.company_records.prepare`, with ``entity``.

    Returns:
        Pair F1 at the best threshold, and the quality of its own connected components at two thresholds.
    """
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    logging.getLogger("splink").setLevel(logging.ERROR)
    started = time.monotonic()
    frame = prepared.select("record_id", "entity", "name_key", "kana_key", "lg_code", "town", "number", "building", "postal_code", "form")
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="record_id",
        blocking_rules_to_generate_predictions=[
            block_on("name_key", "lg_code"),
            block_on("kana_key", "lg_code"),
            block_on("substr(name_key, 1, 2)", "lg_code", "town"),
            block_on("lg_code", "town", "number"),
            block_on("postal_code", "substr(name_key, 1, 2)"),
            block_on("name_key"),
        ],
        comparisons=[
            cl.JaroWinklerAtThresholds("name_key").configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("kana_key"),
            cl.ExactMatch("lg_code"),
            cl.JaroWinklerAtThresholds("town"),
            cl.ExactMatch("number"),
            cl.JaroWinklerAtThresholds("building"),
            cl.ExactMatch("postal_code"),
            cl.ExactMatch("form"),
        ],
        additional_columns_to_retain=["entity"],
    )
    database = DuckDBAPI()
    linker = Linker(database.register(frame.to_arrow()), settings)
    linker.training.estimate_probability_two_random_records_match([block_on("name_key", "lg_code", "number")], recall=0.6)
    linker.training.estimate_u_using_random_sampling(max_pairs=1_000_000)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("name_key", "lg_code"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("lg_code", "town", "number"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("name_key", "number"))
    predicted = linker.inference.predict(threshold_match_probability=0.001)
    scored = predicted.as_duckdbpyrelation().select("match_weight, entity_l = entity_r AS same").fetchnumpy()
    total = true_pairs(frame)
    threshold, pairs = best_threshold(scored["match_weight"], scored["same"].astype(bool), total)
    got: dict[str, Any] = {"pair_f1": round(pairs.f1, 4)}
    for name, cut in (
        ("at 0.95", {"threshold_match_probability": 0.95}),
        ("at its best pair threshold", {"threshold_match_weight": threshold}),
    ):
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, **cut)
        joined = clusters.as_duckdbpyrelation().select("cluster_id AS cluster, entity").to_arrow_table()
        quality = cluster_quality(pl.DataFrame(joined))
        got[f"clusters {name}"] = f"F1 {quality.f1:.4f} P {quality.precision:.4f} R {quality.recall:.4f}"
    return got | {"seconds": round(time.monotonic() - started, 1)}
