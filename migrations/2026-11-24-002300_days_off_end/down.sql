COMMENT ON COLUMN weekends.valid_until IS NULL;
REVOKE UPDATE (valid_until) ON weekends FROM daftar_app;
ALTER TABLE weekends DROP CONSTRAINT day_off_validity_is_half_open;
DROP TRIGGER keep_day_off ON weekends;
DROP TRIGGER append_only ON weekends;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON weekends FOR EACH ROW EXECUTE FUNCTION refuse_change();
ALTER TABLE weekends ENABLE ALWAYS TRIGGER append_only;
DROP FUNCTION keep_day_off();
