-- An address that is nobody's is no place to check a statement: a network says its own.
ALTER TABLE networks
    ALTER verification_url DROP DEFAULT,
    ADD CONSTRAINT verification_url_is_an_address CHECK (verification_url ~ '^https?://[!-~]{1,200}$'),
    ADD CONSTRAINT contact_is_one_line CHECK (contact ~ '^[^[:cntrl:]]{1,100}$');
