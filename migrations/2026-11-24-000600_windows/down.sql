DROP TABLE window_closings, windows;
DROP FUNCTION refuse_early_closing();
