ALTER TABLE networks DROP COLUMN calendar;
