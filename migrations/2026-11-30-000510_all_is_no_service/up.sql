-- A statement with too many totals tells those of all services together under this code.
ALTER TABLE services ADD CONSTRAINT all_is_no_service CHECK (code <> 'all');
