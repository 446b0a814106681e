//! QR codes as SVG. Never here: what they say.

use qrcode::{EcLevel, QrCode};

/// A square SVG without a quiet zone (the page around it is white); `None` for a text that no QR code can hold.
pub fn qr_svg(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    Some(code.render::<qrcode::render::svg::Color>().quiet_zone(false).build())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verification_address_fits_a_qr_code() {
        let svg = qr_svg("https://daftar.example/verify/7K2M-9QXD-31HF").unwrap();
        assert!(svg.contains("<svg"));
        assert_eq!(qr_svg(&"x".repeat(5_000)), None);
    }
}
