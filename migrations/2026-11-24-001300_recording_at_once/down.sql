DROP FUNCTION book_originals, enter_transactions, intern_answers;
