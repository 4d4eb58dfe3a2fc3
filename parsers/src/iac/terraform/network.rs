//! Functions of addresses of networks.
//! Source: <https://developer.hashicorp.com/terraform/language/functions/cidrsubnet>

use super::pure::{int, string, text_of};
use super::trees::texts;
use lamlint_model::source::Span;
use lamlint_model::tree::Node;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A network: its first address, the length of its prefix, the bits of an address.
#[derive(Clone, Copy)]
struct Network {
    first: u128,
    length: u32,
    bits: u32,
}

impl Network {
    fn of(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        let (number, bits) = match address.parse().ok()? {
            IpAddr::V4(a) => (u128::from(u32::from(a)), 32),
            IpAddr::V6(a) => (u128::from(a), 128),
        };
        let length: u32 = length.parse().ok().filter(|l| *l <= bits)?;
        let host = mask_of(bits - length);
        Some(Self { first: number & !host, length, bits })
    }

    fn address(self, number: u128) -> Option<String> {
        Some(match self.bits {
            32 => Ipv4Addr::from(u32::try_from(number).ok()?).to_string(),
            _ => Ipv6Addr::from(number).to_string(),
        })
    }

    fn text(self) -> Option<String> {
        Some(format!("{}/{}", self.address(self.first)?, self.length))
    }

    /// The length of the prefix of a part.
    fn longer(self, by: i64) -> Option<u32> {
        self.length.checked_add(u32::try_from(by).ok()?).filter(|l| *l <= self.bits)
    }
}

/// So many ones.
fn mask_of(bits: u32) -> u128 {
    1_u128.checked_shl(bits).map_or(u128::MAX, |b| b - 1)
}

fn network(a: &[&Node]) -> Option<Network> {
    Network::of(&text_of(a.first()?)?)
}

pub(super) fn host(a: &[&Node], _: Span) -> Option<Node> {
    let n = network(a)?;
    let number = int(a.get(1)?)?;
    let all = mask_of(n.bits - n.length);
    // From the end where it is negative.
    let at = u128::from(number.unsigned_abs());
    let offset = if number < 0 { all.checked_sub(at - 1)? } else { at };
    (offset <= all).then(|| n.address(n.first | offset))?.map(|t| string(&t))
}

pub(super) fn mask(a: &[&Node], _: Span) -> Option<Node> {
    let n = network(a).filter(|n| n.bits == 32)?;
    n.address(mask_of(32) & !mask_of(32 - n.length)).map(|t| string(&t))
}

pub(super) fn subnet(a: &[&Node], _: Span) -> Option<Node> {
    let n = network(a)?;
    let more = int(a.get(1)?)?;
    let length = n.longer(more)?;
    let number = u128::try_from(int(a.get(2)?)?).ok()?;
    if number > mask_of(length - n.length) {
        return None;
    }
    let first = n.first | number.checked_shl(n.bits - length).unwrap_or(0);
    Network { first, length, ..n }.text().map(|t| string(&t))
}

pub(super) fn subnets(a: &[&Node], span: Span) -> Option<Node> {
    let n = network(a)?;
    let last = n.first | mask_of(n.bits - n.length);
    let mut next = Some(n.first);
    let mut out = Vec::new();
    for more in a.get(1..)? {
        let length = n.longer(int(more).filter(|i| *i > 0)?)?;
        let inside = mask_of(n.bits - length);
        // Each begins behind the one before, where one of its size may begin.
        let first = next?.checked_add(inside)? & !inside;
        if first > last {
            return None;
        }
        out.push(Network { first, length, ..n }.text()?);
        next = (first | inside).checked_add(1);
    }
    Some(texts(out, span))
}
