//! Decisions taken from the bytes of an input: which, where, how many.

/// An input, read from its beginning; zeros behind its end.
pub struct Bytes<'a>(pub &'a [u8]);

impl<'a> Bytes<'a> {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn byte(&mut self) -> u8 {
        let (first, rest) = self
            .0
            .split_first()
            .map_or((0, self.0), |(first, rest)| (*first, rest));
        self.0 = rest;
        first
    }

    /// A number below `end`, or 0.
    pub fn below(&mut self, end: usize) -> usize {
        let number = usize::from(self.byte()) << 8 | usize::from(self.byte());
        number.checked_rem(end).unwrap_or(0)
    }

    pub fn one_of<'t, T>(&mut self, several: &'t [T]) -> &'t T {
        &several[self.below(several.len())]
    }

    /// A few of the bytes that follow.
    pub fn some(&mut self) -> &'a [u8] {
        let length = usize::from(self.byte()).min(self.0.len());
        let (some, rest) = self.0.split_at(length);
        self.0 = rest;
        some
    }
}

/// Changes some bytes in one of the ways that text is bent by.
pub fn bend(bent: &mut Vec<u8>, input: &mut Bytes<'_>) {
    match input.byte() % 5 {
        0 if !bent.is_empty() => {
            let at = input.below(bent.len());
            bent[at] ^= 1 << (input.byte() % 8);
        }
        1 => bent.truncate(input.below(bent.len() + 1)),
        2 => {
            let at = input.below(bent.len() + 1);
            bent.splice(at..at, input.some().iter().copied());
        }
        3 => {
            let from = input.below(bent.len() + 1);
            let to = from + input.below(bent.len() - from + 1);
            bent.drain(from..to);
        }
        _ => bent.extend_from_slice(input.some()),
    }
}
