//! What an earlier copy has left in the target. Its source may have been served since then: what it has removed or
//! changed goes from the target before anything is copied, so that neither a row nor an identity of before is in
//! the way of those of now.

use std::cmp::Ordering;
use std::collections::VecDeque;

use super::side::{AT_ONCE, Mark, Side};
use super::{Stage, Watcher};
use crate::app::StartError;
use crate::store::transfer::{Kind, Row};

/// Leaves in the target only rows that are the same in the source, and moves the mark to where the first one is
/// missing. If it is cut, it begins anew, with less to do.
pub(super) async fn clear(
    source: &Side,
    target: &Side,
    mark: Mark,
    watch: Watcher<'_>,
) -> Result<Mark, StartError> {
    let mut first = None;
    for (number, kind) in Kind::ALL.into_iter().enumerate() {
        let common = clear_kind(source, target, kind, &mark, watch).await?;
        if common.is_broken && first.is_none() {
            first = Some((number, common.until));
        }
    }
    let (kinds, after) = first.unwrap_or((Kind::ALL.len(), None));
    let next = Mark {
        kinds,
        after,
        ..mark.clone()
    };
    target.move_mark(&mark, &next).await?;
    Ok(next)
}

/// How far the two have the same rows: until which place, and whether the source goes on there.
#[derive(Default)]
struct Common {
    until: Option<String>,
    is_broken: bool,
}

async fn clear_kind(
    source: &Side,
    target: &Side,
    kind: Kind,
    mark: &Mark,
    watch: Watcher<'_>,
) -> Result<Common, StartError> {
    let all = target.count(kind).await?;
    let (mut ours, mut theirs) = (Walk::along(source, kind), Walk::along(target, kind));
    let (mut common, mut leftovers, mut seen) = (Common::default(), Vec::new(), 0_u64);
    while let Some(row) = theirs.next().await? {
        if seen.is_multiple_of(AT_ONCE as u64) {
            watch(Stage::Revising, kind, seen, all);
        }
        seen += 1;
        common.is_broken |= ours.passes(&row).await?;
        let same_place = ours.next_if_at(&row);
        if same_place.as_ref() == Some(&row) {
            if !common.is_broken {
                common.until = Some(row.place());
            }
            continue;
        }
        common.is_broken |= same_place.is_some();
        leftovers.push(row);
        if leftovers.len() == AT_ONCE {
            target.remove_rows(mark, std::mem::take(&mut leftovers)).await?;
        }
    }
    target.remove_rows(mark, leftovers).await?;
    common.is_broken |= ours.next().await?.is_some();
    Ok(common)
}

/// Goes along the rows of a kind.
struct Walk<'a> {
    side: &'a Side,
    kind: Kind,
    /// Those that were read and not yet passed.
    rows: VecDeque<Row>,
    after: Option<String>,
    has_ended: bool,
}

impl<'a> Walk<'a> {
    const fn along(side: &'a Side, kind: Kind) -> Self {
        Self {
            side,
            kind,
            rows: VecDeque::new(),
            after: None,
            has_ended: false,
        }
    }

    async fn first(&mut self) -> Result<Option<&Row>, StartError> {
        if self.rows.is_empty() && !self.has_ended {
            let after = self.after.as_deref();
            self.rows = self.side.rows_but_the_mark(self.kind, after).await?.into();
            match self.rows.back() {
                Some(last) => self.after = Some(last.place()),
                None => self.has_ended = true,
            }
        }
        Ok(self.rows.front())
    }

    async fn next(&mut self) -> Result<Option<Row>, StartError> {
        self.first().await?;
        Ok(self.rows.pop_front())
    }

    /// Goes on to the place of a row of the other side, and says whether it has passed any that the other lacks.
    async fn passes(&mut self, row: &Row) -> Result<bool, StartError> {
        let mut has_passed = false;
        while let Some(first) = self.first().await?
            && first.order(row) == Ordering::Less
        {
            self.rows.pop_front();
            has_passed = true;
        }
        Ok(has_passed)
    }

    /// The row in the place of that one, if it stands there.
    fn next_if_at(&mut self, row: &Row) -> Option<Row> {
        let first = self.rows.front()?;
        if first.order(row) == Ordering::Equal {
            self.rows.pop_front()
        } else {
            None
        }
    }
}
