-- A row that is sent again, or cannot be released, may wait for another reason than at first: what is to be repaired is the last one.
GRANT UPDATE (reason, explanation) ON quarantine TO daftar_app;
COMMENT ON COLUMN quarantine.reason IS 'Why it could not be booked when that was tried last.';
