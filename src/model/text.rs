//! Text as it is searched and sorted: without case, accents and width.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Lower case, without combining marks, compatibility forms replaced: "Crème BRÛLÉE" is "creme brulee".
///
/// Folding what is folded changes nothing.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let bare = |text: &str| {
        text.nfkd()
            .filter(|c| !is_combining_mark(*c))
            .flat_map(char::to_lowercase)
            .collect::<String>()
    };
    // Lowering a letter can bring out a mark (İ becomes i and a dot), and a mark can hide a letter.
    let once = bare(text);
    bare(&once)
}

/// The words to look for, folded: all of them must occur.
pub fn search_terms(query: &str) -> Vec<String> {
    let mut terms: Vec<String> = fold(query).split_whitespace().map(str::to_owned).collect();
    terms.sort_unstable();
    terms.dedup();
    terms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_accents_and_width_do_not_matter() {
        assert_eq!(fold("Crème BRÛLÉE"), "creme brulee");
        assert_eq!(fold("ＡＢＣ ﬁn"), "abc fin");
        assert_eq!(fold("İstanbul"), "istanbul");
    }

    #[test]
    fn folding_twice_is_folding_once() {
        for text in ["Ǆ", "İ", "ſ", "ẞ", "Å", "ϓ", "한글", "Ἄγγελος", "🦀 Crab"] {
            assert_eq!(fold(&fold(text)), fold(text), "{text}");
        }
    }

    #[test]
    fn a_query_is_its_distinct_words() {
        assert_eq!(search_terms("  Milk  BREAD milk "), ["bread", "milk"]);
        assert!(search_terms("   ").is_empty());
    }
}
