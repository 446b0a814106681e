//! `daftar demo`: a network modelled on Iran's, settled cycle by cycle through the use cases that production has.

pub mod catalogue;
pub mod dice;
pub mod founding;
pub mod geography;
pub mod iban;
pub mod traffic;
