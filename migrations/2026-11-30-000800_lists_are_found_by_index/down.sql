DROP INDEX mail_that_was_not_accepted;
DROP INDEX mail_of_a_statement;
DROP INDEX payout_answers_that_return;
DROP INDEX payouts_of_a_party;
