//! QR codes as SVG. Never here: what they say.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// A square SVG without a quiet zone (the page around it is white); `None` for a text that no QR code can hold.
///
/// Each run of dark modules in a row is one stroke of one path, a module thick: a tenth of the size of a rectangle a
/// module.
pub fn qr_svg(text: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|one, next| one == next) {
            if run.first() == Some(&Color::Dark) {
                write!(path, "M{x} {y}.5h{}", run.len()).ok()?;
            }
            x += run.len();
        }
    }
    Some(format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {width}" shape-rendering="crispEdges"><path stroke="black" d="{path}"/></svg>"#
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verification_address_fits_a_qr_code() {
        let svg = qr_svg("https://daftar.example/verify/7K2M-9QXD-31HF").unwrap();
        assert!(
            svg.starts_with("<svg") && svg.contains("M0 0.5h7M"),
            "the finder pattern begins at the corner"
        );
        assert_eq!(qr_svg(&"x".repeat(5_000)), None);
    }
}
