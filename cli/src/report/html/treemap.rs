//! Rectangles with areas in proportion to sizes, as near to squares as they can be: a squarified treemap (Bruls,
//! Huizing and van Wijk, 2000).

/// A rectangle; `y` grows downwards.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rect {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// A rectangle for each size, in their order; the largest come first. A size of zero has no room.
pub(super) fn treemap(sizes: &[u64], mut room: Rect) -> Vec<Rect> {
    #[expect(clippy::cast_precision_loss, reason = "what is drawn has four digits")]
    let mut left: Vec<f64> = sizes.iter().map(|size| *size as f64).collect();
    let total: f64 = left.iter().sum();
    let scale = if total > 0.0 {
        room.width * room.height / total
    } else {
        0.0
    };
    for size in &mut left {
        *size *= scale;
    }
    let mut rects = Vec::with_capacity(left.len());
    let mut rest = left.as_slice();
    while !rest.is_empty() {
        let side = room.width.min(room.height);
        let mut row = 1;
        while row < rest.len() && worst(&rest[..=row], side) <= worst(&rest[..row], side) {
            row += 1;
        }
        let (areas, after) = rest.split_at(row);
        room = lay(areas, room, &mut rects);
        rest = after;
    }
    rects
}

/// How far the least square of a row's rectangles is from a square.
fn worst(areas: &[f64], side: f64) -> f64 {
    let sum: f64 = areas.iter().sum();
    if sum <= 0.0 || side <= 0.0 {
        return f64::INFINITY;
    }
    let thickness = sum / side;
    let ratio = |area: f64| {
        let length = area / thickness;
        (thickness / length).max(length / thickness)
    };
    areas.iter().map(|area| ratio(*area)).fold(0.0, f64::max)
}

/// Lays a row along the shorter side, and says what room is left.
fn lay(areas: &[f64], room: Rect, rects: &mut Vec<Rect>) -> Rect {
    let sum: f64 = areas.iter().sum();
    let upright = room.width >= room.height;
    let side = if upright { room.height } else { room.width };
    let thickness = if side > 0.0 { sum / side } else { 0.0 };
    let mut at = 0.0;
    for area in areas {
        let length = if thickness > 0.0 {
            area / thickness
        } else {
            0.0
        };
        rects.push(match upright {
            true => Rect {
                x: room.x,
                y: room.y + at,
                width: thickness,
                height: length,
            },
            false => Rect {
                x: room.x + at,
                y: room.y,
                width: length,
                height: thickness,
            },
        });
        at += length;
    }
    match upright {
        true => Rect {
            x: room.x + thickness,
            width: (room.width - thickness).max(0.0),
            ..room
        },
        false => Rect {
            y: room.y + thickness,
            height: (room.height - thickness).max(0.0),
            ..room
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Rect = Rect {
        x: 0.0,
        y: 0.0,
        width: 300.0,
        height: 200.0,
    };

    #[test]
    fn areas_are_in_proportion_and_fill_the_room() {
        let sizes = [600, 600, 400, 300, 200, 200, 100];
        let rects = treemap(&sizes, ROOM);
        assert_eq!(rects.len(), sizes.len());
        for (size, rect) in sizes.iter().zip(&rects) {
            let expected = f64::from(u32::try_from(*size).unwrap()) * 25.0;
            assert!(
                (rect.width * rect.height - expected).abs() < 1e-6,
                "{rect:?}"
            );
            assert!(
                rect.x >= 0.0 && rect.x + rect.width <= 300.0 + 1e-6,
                "{rect:?}"
            );
            assert!(
                rect.y >= 0.0 && rect.y + rect.height <= 200.0 + 1e-6,
                "{rect:?}"
            );
            assert!(rect.width / rect.height < 4.0 && rect.height / rect.width < 4.0);
        }
        for (at, a) in rects.iter().enumerate() {
            for b in &rects[at + 1..] {
                let apart = a.x + a.width <= b.x + 1e-6
                    || b.x + b.width <= a.x + 1e-6
                    || a.y + a.height <= b.y + 1e-6
                    || b.y + b.height <= a.y + 1e-6;
                assert!(apart, "{a:?} {b:?}");
            }
        }
    }

    #[test]
    fn nothing_is_drawn_of_nothing() {
        assert!(treemap(&[], ROOM).is_empty());
        for rect in treemap(&[5, 0, 0], ROOM) {
            assert!(rect.width.is_finite() && rect.height.is_finite());
        }
        assert!(
            treemap(&[0, 0], ROOM)
                .iter()
                .all(|rect| rect.width * rect.height == 0.0)
        );
    }
}
