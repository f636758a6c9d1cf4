//! Who asks: what a verified token says. Guards make it, services decide by it.

use std::fmt;
use std::str::FromStr;

use super::{Id, Role};

/// Somebody whose token was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub user_id: Id,
    /// The session that the token belongs to; the caller may end it and keep it.
    pub session_id: Id,
    pub role: Role,
    pub scopes: Scopes,
    /// Whether it is an API token that was shown, or a token of an outside issuer. It does what its scopes say, and lets
    /// nobody else in: what it gave leave to would outlive it.
    pub is_delegated: bool,
}

impl Caller {
    pub fn is_admin(&self) -> bool {
        self.role == Role::Admin && self.scopes.contains(Scope::Admin)
    }
}

/// One thing that a token allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    TodoRead,
    TodoWrite,
    Profile,
    Admin,
    /// To ask what the tokens of others are worth (RFC 7662). For API tokens of other services only.
    Introspect,
}

impl Scope {
    pub const ALL: [Self; 5] = [
        Self::TodoRead,
        Self::TodoWrite,
        Self::Profile,
        Self::Admin,
        Self::Introspect,
    ];

    /// As it stands in a token (RFC 6749, section 3.3).
    pub const fn name(self) -> &'static str {
        match self {
            Self::TodoRead => "todo:read",
            Self::TodoWrite => "todo:write",
            Self::Profile => "profile",
            Self::Admin => "admin",
            Self::Introspect => "introspect",
        }
    }

    /// The scope of that name, if there is one.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A set of scopes; every token carries one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scopes(u8);

impl Scopes {
    pub const NONE: Self = Self(0);

    /// What a person who signs in may do.
    pub fn of_role(role: Role) -> Self {
        let person = Self::default()
            .with(Scope::TodoRead)
            .with(Scope::TodoWrite)
            .with(Scope::Profile);
        match role {
            Role::User => person,
            Role::Admin => person.with(Scope::Admin),
        }
    }

    /// What whoever has this role may give to an API token.
    pub fn grantable(role: Role) -> Self {
        let own = Self::of_role(role);
        match role {
            Role::User => own,
            Role::Admin => own.with(Scope::Introspect),
        }
    }

    /// What is in both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those that are in it, in their order.
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.into_iter().filter(move |scope| self.contains(*scope))
    }

    #[must_use]
    pub const fn with(self, scope: Scope) -> Self {
        Self(self.0 | scope.bit())
    }

    /// Whether all of those are in it.
    pub const fn contains_all(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }

    #[must_use]
    pub const fn without(self, scope: Scope) -> Self {
        Self(self.0 & !scope.bit())
    }

    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & scope.bit() != 0
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.iter().map(Scope::name).collect();
        f.write_str(&names.join(" "))
    }
}

impl FromStr for Scopes {
    type Err = std::convert::Infallible;

    /// Scopes that this version does not know grant nothing and are passed over.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = text.split(' ').filter_map(Scope::from_name);
        Ok(known.fold(Self::default(), Self::with))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_survive_text_and_back() {
        let scopes = Scopes::of_role(Role::Admin);
        assert_eq!(scopes.to_string(), "todo:read todo:write profile admin");
        assert_eq!(scopes.to_string().parse(), Ok(scopes));
        assert_eq!(
            "root  todo:read".parse(),
            Ok(Scopes::default().with(Scope::TodoRead))
        );
    }

    #[test]
    fn what_a_role_may_not_do_it_may_not_give_away() {
        assert!(Scopes::grantable(Role::Admin).contains(Scope::Introspect));
        assert!(!Scopes::of_role(Role::Admin).contains(Scope::Introspect));
        let all = Scope::ALL.into_iter().fold(Scopes::default(), Scopes::with);
        let of_user = all.and(Scopes::grantable(Role::User));
        assert_eq!(of_user, Scopes::of_role(Role::User));
        assert!(!of_user.is_empty() && Scopes::default().is_empty());
        assert_eq!(
            Scopes::of_role(Role::Admin).without(Scope::Admin),
            Scopes::of_role(Role::User)
        );
    }
}
