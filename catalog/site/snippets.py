"""How to read a released file in the tools people use."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Snippet:
    """Code, or steps, for one tool."""

    tool: str
    text: str
    text_en: str
    is_code: bool = True


def snippets(parquet: str, csv: str, key: str) -> list[Snippet]:
    """Ways to read a dataset.

    Args:
        parquet: Path of the Parquet file, as the reader would write it.
        csv: Path of a CSV file; empty where there is none.
        key: First column of the key.

    Returns:
        One for each of DuckDB, Polars, pandas, R, and Excel where there is a CSV.
    """
    found = [
        _same("DuckDB", f"FROM '{parquet}' LIMIT 10;\n\nSELECT count(*), count(DISTINCT {key}) FROM '{parquet}';"),
        _same(
            "Polars",
            f'import polars as pl\n\nframe = pl.scan_parquet("{parquet}")\nframe.select(pl.len(), pl.col("{key}").n_unique()).collect()',
        ),
        _same("pandas", f'import pandas as pd\n\nframe = pd.read_parquet("{parquet}", dtype_backend="pyarrow")\nframe.head(10)'),
        _same("R", f'library(arrow)\nlibrary(dplyr)\n\nopen_dataset("{parquet}") |> head(10) |> collect()'),
    ]
    if csv:
        found.append(
            Snippet(
                "Excel",
                f"1. {csv} を取得し、展開します（.gz は 7-Zip などで開けます）。\n"
                "2.「データ」→「テキストまたは CSV から」でファイルを選び、文字コードは UTF-8 とします。\n"
                f"3.「データの変換」で {key} など番号・コードの列の型を「テキスト」にします。先頭の 0 が失われません。",
                f"1. Download {csv} and unpack it (.gz opens with 7-Zip and others).\n"
                "2. Data > From Text/CSV, choose the file; its encoding is UTF-8.\n"
                f"3. Under Transform Data give number and code columns such as {key} the type Text, so that leading zeros stay.",
                is_code=False,
            )
        )
    return found


def _same(tool: str, code: str) -> Snippet:
    return Snippet(tool, code, code)
