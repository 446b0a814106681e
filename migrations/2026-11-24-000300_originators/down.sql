DROP TABLE tokens, originators;
