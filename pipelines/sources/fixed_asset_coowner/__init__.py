"""固定資産税 共有管理 (co-owners), the columns of data exchange 036o011."""
