//! The root of the Merkle tree of RFC 6962 over digests. Never here: what a leaf seals.

use sha2::{Digest as _, Sha256};

use super::canonical::Digest;

/// The root over leaves in their order; of no leaves, the digest of nothing.
pub fn root(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => Digest::from_bytes(Sha256::digest(b"").into()),
        [leaf] => leaf_node(*leaf),
        _ => {
            let (left, right) = leaves.split_at(left_count(leaves.len()));
            inner_node(root(left), root(right))
        }
    }
}

/// The largest power of two below the count: the left tree is always full.
fn left_count(count: usize) -> usize {
    count.next_power_of_two() >> 1
}

/// The opening byte keeps a node from passing for a leaf.
fn leaf_node(leaf: Digest) -> Digest {
    let node = Sha256::new().chain_update([0]).chain_update(leaf.as_bytes());
    Digest::from_bytes(node.finalize().into())
}

fn inner_node(left: Digest, right: Digest) -> Digest {
    let node = Sha256::new()
        .chain_update([1])
        .chain_update(left.as_bytes())
        .chain_update(right.as_bytes());
    Digest::from_bytes(node.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(count: usize) -> Vec<Digest> {
        (0..count)
            .map(|n| Digest::from_bytes(Sha256::digest(n.to_be_bytes()).into()))
            .collect()
    }

    #[test]
    fn an_empty_tree_has_the_root_that_the_rfc_gives() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(root(&[]).to_string(), empty);
    }

    #[test]
    fn three_leaves_are_two_and_one() {
        let [a, b, c] = leaves(3).try_into().unwrap();
        let expected = inner_node(inner_node(leaf_node(a), leaf_node(b)), leaf_node(c));
        assert_eq!(root(&[a, b, c]), expected);
        assert_eq!(root(&[a]), leaf_node(a));
    }

    #[test]
    fn order_count_and_content_are_sealed() {
        let leaves = leaves(9);
        let sealed = root(&leaves);
        let mut swapped = leaves.clone();
        swapped.swap(3, 4);
        assert_ne!(root(&swapped), sealed);
        assert_ne!(root(&leaves[..8]), sealed);
        let repeated: Vec<_> = leaves.iter().chain(leaves.last()).copied().collect();
        assert_ne!(root(&repeated), sealed);
    }

    #[test]
    fn an_inner_node_does_not_pass_for_a_leaf() {
        let [a, b] = leaves(2).try_into().unwrap();
        let node = inner_node(leaf_node(a), leaf_node(b));
        assert_ne!(root(&[node]), root(&[a, b]));
    }
}
