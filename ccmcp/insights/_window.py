"""A span of time, and what of an activity lies in it. Pure."""

from dataclasses import dataclass, replace

from ccmcp.index.activity import Activity


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """From `since` on, up to but without `until`: milliseconds since 1970, UTC; None where it has no such end."""

    since: int | None = None
    until: int | None = None
    since_before: int | None = None
    """Where the span before begins, if it is not as long as this one: a month, a week in which clocks change."""

    def has(self, at: int) -> bool:
        """Whether a moment lies in it."""
        return (self.since is None or at >= self.since) and (self.until is None or at < self.until)

    @property
    def before(self) -> "Window | None":
        """The span that ends where this one begins, of equal length if nothing else is said; none without both ends, or before 1970."""
        if self.since is None or self.until is None:
            return None
        since = 2 * self.since - self.until if self.since_before is None else self.since_before
        return Window(since=since, until=self.since) if since > 0 else None

    def ends_before(self, activity: Activity) -> bool:
        """Whether a session went on after it."""
        return self.until is not None and activity.session.ended * 1000 >= self.until

    def of(self, activity: Activity) -> Activity | None:
        """What was done in this span, none when nothing was. What has no time counts as done when its session ended."""
        ended = activity.session.ended * 1000
        found = replace(
            activity,
            calls=tuple(call for call in activity.calls if self.has(call.at or ended)),
            moments=tuple(moment for moment in activity.moments if self.has(moment.at or ended)),
            spent=tuple(spent for spent in activity.spent if self.has(spent.at or ended)),
        )
        return found if found.calls or found.moments or found.spent else None
