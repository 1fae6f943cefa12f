"""Frameworks' and migration tools' commands that reset or drop a database."""

from collections.abc import Iterator
from functools import cache

from ccmcp.audit.call import Scene
from ccmcp.audit.rule import Hit, rule
from ccmcp.audit.rules.commands._clients import is_production, is_test
from ccmcp.audit.rules.commands._table import Row, look_up, programs_of, table
from ccmcp.audit.shell.command import Command

_ROWS = """
high: prisma migrate reset ; every table
high: prisma db push --force-reset|--accept-data-loss ; tables that do not fit
medium: prisma migrate resolve ; what is said to have been applied
medium: prisma db execute ; SQL from a file
high: manage.py|django-admin flush|reset_db|sqlflush|reset_schema|drop_test_database ; every row
high: manage.py|django-admin migrate * zero ; an app's tables
low: manage.py|django-admin migrate --fake ; what is said to have been applied
critical: rails|rake|hanami db:drop|db:drop:all|db:reset|db:migrate:reset|db:purge|db:truncate_all|db:schema:load|db:structure:load|db:drop:_unsafe|db:seed:replant|db:setup ; a whole database
medium: rails|rake|hanami db:rollback|db:migrate:down|db:migrate:redo ; the last migration
high: hanami db drop|reset ; a whole database
high: artisan migrate:fresh|migrate:reset|migrate:refresh|db:wipe|schema:drop|queue:flush|queue:clear ; every table
medium: artisan migrate:rollback ; the last migration
low: artisan cache:clear|optimize:clear ; caches
critical: sequelize|sequelize-cli db:drop ; a whole database
high: sequelize|sequelize-cli db:migrate:undo:all|db:seed:undo:all ; every table
medium: sequelize|sequelize-cli db:migrate:undo|db:seed:undo ; the last migration
high: alembic downgrade base ; every table
medium: alembic downgrade|stamp * ; migrations
high: flask|superset db downgrade ; migrations
high: flask ~drop-db|drop_db|reset-db|init-db ; every table
high: airflow db reset|clean|downgrade ; a whole database
high: airflow dags|connections|variables|pools|users delete ; what runs on it
high: superset ~reset ; a whole database
high: knex migrate:rollback --all|-a ; every table
medium: knex migrate:rollback|migrate:down ; the last migration
critical: typeorm|typeorm-ts-node-commonjs|typeorm-ts-node-esm schema:drop ; every table
medium: typeorm|typeorm-ts-node-commonjs|typeorm-ts-node-esm migration:revert|schema:sync ; the last migration
high: mikro-orm schema:drop|schema:fresh|migration:fresh|database:drop ; every table
medium: mikro-orm migration:down|schema:update ; the last migration
high: drizzle-kit drop ; migrations
high: drizzle-kit push --force ; what does not fit
critical: mix ecto.drop|ecto.reset|ash.reset|ash_postgres.drop ; a whole database
high: mix ecto.rollback --all|--to|--step|-n ; migrations
medium: mix ecto.rollback ; the last migration
critical: flyway clean ; every table
high: flyway ~clean ; every table
medium: flyway undo|repair|baseline * ; migrations
medium: flyway undo|repair ; migrations
critical: liquibase dropAll|drop-all|dropall ; every table
high: liquibase ~dropall|drop-all|rollback|rollback-count|rollback-to-date|rollbackcount|rollbacktodate ; changes
critical: doctrine:database:drop|console doctrine:database:drop ; a whole database
critical: console|doctrine doctrine:database:drop|doctrine:schema:drop|orm:schema-tool:drop|d:d:d|d:s:d ; a whole database
high: console|doctrine doctrine:schema:update|orm:schema-tool:update|doctrine:fixtures:load|d:f:l|doctrine:mongodb:schema:drop !--dump-sql|--append ; tables or rows
high: migrate ~drop ; every table
high: migrate ~down !~1 ; every table
medium: migrate ~down|force ; migrations
high: goose ~reset|down-to ; every table
medium: goose ~down|redo ; the last migration
critical: dbmate drop ; a whole database
medium: dbmate rollback|down ; the last migration
high: sqlx|cargo-sqlx database drop|reset ; a whole database
medium: sqlx migrate revert ; the last migration
high: diesel database reset|drop ; a whole database
medium: diesel migration revert|redo ; the last migration
high: sea-orm-cli migrate fresh|reset|refresh ; every table
medium: sea-orm-cli migrate down ; the last migration
high: ef|dotnet-ef database drop ; a whole database
medium: ef|dotnet-ef database update 0 ; every migration
high: dotnet ef database drop ; a whole database
medium: ef|dotnet-ef|dotnet migrations|ef remove|migrations ; the last migration
critical: drush sql-drop|sql:drop|sqld ; every table
high: drush site-install|site:install|si|entity:delete|sql-sanitize|sql:sanitize|sql-sync|sql:sync ; a whole site
critical: wp db drop|reset|clean ; a whole database
high: wp site empty|delete ; a whole site
high: wp post|user|term|comment|option|plugin|theme delete ; content
high: wp search-replace !--dry-run ; every row may change
high: magento setup:uninstall|setup:rollback|setup:db-schema:upgrade ; a whole shop
high: strapi import --force ; everything there
high: directus schema apply ; tables
high: hasura migrate apply --down|--down-migrations ; migrations
high: hasura metadata clear ; metadata
high: medusa db:rollback|db:drop ; tables
high: payload migrate:fresh|migrate:reset|migrate:refresh ; every table
medium: payload migrate:down ; the last migration
high: adonis|ace migration:fresh|migration:reset|migration:refresh|db:wipe|db:truncate ; every table
medium: adonis|ace migration:rollback ; the last migration
high: phinx rollback -t|--target ; migrations
medium: phinx rollback ; the last migration
high: cake migrations rollback ; migrations
high: spark migrate:refresh|migrate:rollback|db:wipe ; tables
high: yii migrate/fresh|migrate/down ; tables
high: convex ~import --replace|--replace-all ; tables
high: dbt run|build|seed|snapshot --full-refresh|-f ; tables are made anew
medium: dbt run-operation ; a macro
high: tortoise-orm|aerich downgrade ; migrations
high: yoyo rollback|reapply --all|-a|--batch|-b ; migrations
high: piccolo schema|migrations backwards|drop ; tables
high: edgedb|gel database|instance|branch drop|wipe|destroy ; a whole database
high: ecto drop ; a whole database
high: squitch|sqitch revert ; changes
high: bytebase|schemahero ~drop ; tables
high: meltano state clear ; state
high: dagster instance|run wipe|delete ; runs
high: mlflow gc|experiments|runs delete|--backend-store-uri ; runs
medium: celery purge ; waiting tasks
medium: celery -A purge ; waiting tasks
high: rq empty ; waiting tasks
"""


@cache
def _table() -> dict[str, tuple[Row, ...]]:
    return table(_ROWS)


_RUNNERS = (
    "python", "python3", "php", "ruby", "node", "yarn", "pnpm", "bun", "npm", "composer", "dotnet", "symfony",
    "lando", "ddev", "sail", "cargo",
)  # fmt: skip
_VALUED = frozenset({
    "-A", "--app", "-c", "--config", "--schema", "-path", "-database", "-source", "-dir", "--settings",
    "--url", "-r", "--raiseerr", "-x",
})  # fmt: skip


@rule(
    id="DB-003",
    title="Database reset by a framework",
    severity="high",
    category="databases",
    matches="prisma migrate reset, rails db:drop, manage.py flush, artisan migrate:fresh, flyway clean and the like",
    false_positives="Test databases (RAILS_ENV=test) are low: these are made to be reset.",
    advice="Write a migration instead; reset only a database that you can seed again.",
    permission="Bash(npx prisma migrate reset:*)",
    on=Command,
    programs=(*_RUNNERS, *sorted({*programs_of(_ROWS)})),
    attack=("T1485",),
    atlas=("AML.T0101",),
    owasp=("ASI02",),
    auto_mode=("Irreversible Deletion (general)",),
)
def db_reset(command: Command, scene: Scene) -> Iterator[Hit]:
    """
    A development tool drops tables or the whole database.

    Bad:
        npx prisma migrate reset --force      # high
        npx prisma db push --force-reset      # high
        rails db:drop                         # critical
        python manage.py flush --no-input     # high
        php artisan migrate:fresh --seed      # high
        alembic downgrade base                # high
        mix ecto.drop                         # critical
        flyway clean                          # critical
    Fine:
        npx prisma migrate dev
        RAILS_ENV=test rails db:drop          # low
        python manage.py migrate
        php artisan migrate
        alembic upgrade head
    """
    _ = scene
    row = look_up(_table(), command, _VALUED)
    if row is None and command.name in _RUNNERS and command.args:
        words = command.operands(_VALUED)
        for at, word in enumerate(words[:2]):
            row = row or look_up(_table(), command, _VALUED, name=word.rpartition("/")[2], skip=at + 1)
    if row is None:
        return
    target = " ".join(command.operands(_VALUED)[-2:])
    if is_production(command):
        yield Hit(
            target=target,
            severity="critical" if row.severity in ("high", "critical") else "high",
            note=f"{row.note}, in production",
        )
    elif is_test(
        *command.sets.values(), *(word for word in command.args if "=" in word or word.startswith("test"))
    ):
        yield Hit(target=target, severity="low", note=f"{row.note}, for tests")
    else:
        yield Hit(target=target, severity=row.severity, note=row.note)
