"""Address base registry, positions of prefectures (mt_pref_pos)."""
