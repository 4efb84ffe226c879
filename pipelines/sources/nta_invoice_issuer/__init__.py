"""国税庁適格請求書発行事業者公表サイト (publication site of qualified invoice issuers)."""
