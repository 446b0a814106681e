ALTER TABLE networks
    DROP CONSTRAINT contact_is_one_line,
    DROP CONSTRAINT verification_url_is_an_address,
    ALTER verification_url SET DEFAULT 'https://daftar.example/verify';
