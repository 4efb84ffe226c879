"""登記所備付地図 (maps kept at registry offices), 地図XML."""
