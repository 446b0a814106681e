-- A network follows a calendar of bank holidays and weekly days off.

ALTER TABLE networks ADD COLUMN calendar text;
COMMENT ON COLUMN networks.calendar IS 'Whose holidays and weekly days off say when banks work: money is due on working days. Without one every day is one.';

-- A seal is of the whole row, and the row has a column more.
SELECT seal_standing_rows('networks');
