"""Address base registry, prefectures (mt_pref)."""
