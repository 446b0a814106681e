DROP TABLE window_seals, window_totals, entries, journals, accounts;
DROP FUNCTION refuse_unbalanced_journal();
