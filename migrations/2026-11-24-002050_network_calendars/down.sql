ALTER TABLE networks DROP COLUMN calendar;
SELECT seal_standing_rows('networks');
