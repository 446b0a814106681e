-- What is told of a row is an excerpt, as `domain::excerpt` cuts it. Rows that were kept before may be longer: they are not looked at.
ALTER TABLE submission_rows ADD CONSTRAINT an_explanation_has_a_limit CHECK (length(explanation) <= 2000) NOT VALID;
