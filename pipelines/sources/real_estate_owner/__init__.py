"""登記名義人 (registered owners), from section 甲区 of the register."""
