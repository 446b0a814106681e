COMMENT ON COLUMN quarantine.reason IS NULL;
REVOKE UPDATE (reason, explanation) ON quarantine FROM daftar_app;
