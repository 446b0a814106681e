DROP TABLE outbox, statement_pdfs, statements;
