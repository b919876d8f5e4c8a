"""The people of the tests: one a role in Shiyan, a stranger in Yichang, the province above."""

from __future__ import annotations

from argon2 import PasswordHasher

from incident_desk.domain.permissions import Actor, Role
from incident_desk.extensions import db
from incident_desk.models import Office, Person
from incident_desk.services import people
from tests.conftest import NOW

PASSWORD = "a password for tests"
PASSWORD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
"""Made once, and cheap to check: the real cost of a hash is the subject of its own test."""
OFFICES = (
    ("420000", "湖北省", "Hubei", None),
    ("420300", "十堰市", "Shiyan", "420000"),
    ("420323", "竹山县", "Zhushan", "420300"),
    ("420302", "茅箭区", "Maojian", "420300"),
    ("420303", "张湾区", "Zhangwan", "420300"),
    ("420321", "郧阳区", "Yunyang", "420300"),
    ("420500", "宜昌市", "Yichang", "420000"),
    ("420600", "襄阳市", "Xiangyang", "420000"),
)
PEOPLE = (
    ("officer", "王值班", Role.DUTY_OFFICER, "420300"),
    ("officer2", "李值班", Role.DUTY_OFFICER, "420300"),
    ("leader", "赵带班", Role.LEADER, "420300"),
    ("county", "竹山值班", Role.COUNTY_COLLEAGUE, "420323"),
    ("field", "钱现场", Role.FIELD_STAFF, "420300"),
    ("archivist", "孙档案", Role.ARCHIVIST, "420300"),
    ("admin", "管理员", Role.ADMINISTRATOR, "420300"),
    ("stranger", "宜昌值班", Role.DUTY_OFFICER, "420500"),
    ("province", "省厅值班", Role.DUTY_OFFICER, "420000"),
    ("province_leader", "省厅带班", Role.LEADER, "420000"),
)


def seed_people() -> None:
    """Offices and one account a role, all with the same password."""
    for code, name_zh, name_en, parent in OFFICES:
        db.session.add(Office(code=code, name_zh=name_zh, name_en=name_en, parent_code=parent, settings={}))
    for login, name, role, office in PEOPLE:
        db.session.add(
            Person(
                login=login,
                name=name,
                password_hash=PASSWORD_HASH,
                role=role.value,
                office_code=office,
                phone="+8610000000001",
                locale="zh_Hans",
                theme="light",
                created_at=NOW,
                is_sample=False,
            )
        )
    db.session.commit()


def actor(login: str) -> Actor:
    """The actor of a seeded person; needs an app context."""
    return people.person_by_login(login).to_actor()
