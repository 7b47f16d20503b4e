"""An operator looks after runs in the admin."""

import pytest
from django.contrib.auth.models import Permission

from simulator import services
from simulator.models import CANCELLED, FAILED, Run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tiny_experiments", "rings")]
LIST = "/admin/simulator/run/"


@pytest.fixture
def operator(django_user_model):
    user = django_user_model.objects.create_user("operator", password="x" * 16, is_staff=True)
    wanted = Permission.objects.filter(codename__in=["view_run", "change_run"])
    user.user_permissions.add(*wanted)
    return user


@pytest.fixture
def onlooker(django_user_model):
    user = django_user_model.objects.create_user("onlooker", password="x" * 16, is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_run"))
    return user


def act(client, action, *runs):
    return client.post(LIST, {"action": action, "_selected_action": [str(r.pk) for r in runs]})


def test_the_list_shows_state_age_and_attempts(client, operator, django_assert_max_num_queries):
    for marker in range(5):
        services.find_or_create_run(experiment="tiny-sum", parameters={"marker": marker})
    client.force_login(operator)
    with django_assert_max_num_queries(20):
        page = client.get(LIST).content.decode()
    assert "queued" in page
    assert "minutes" in page


def test_the_log_is_on_the_runs_page_and_the_client_is_not(client, operator):
    run, _ = services.find_or_create_run(experiment="tiny-harm", client="a-client-key")
    services.work_off("w")
    client.force_login(operator)
    page = client.get(f"{LIST}{run.pk}/change/").content.decode()
    assert "claimed by w" in page
    assert "a secret detail" in page
    assert "a-client-key" not in page


def test_runs_are_cancelled_and_tried_again(client, operator):
    run, _ = services.find_or_create_run(experiment="tiny-sum")
    client.force_login(operator)
    act(client, "cancel_runs", run)
    run.refresh_from_db()
    assert run.status == CANCELLED
    act(client, "retry_runs", run)
    again = Run.objects.exclude(pk=run.pk).get()
    assert (again.status, again.parent_id) == ("queued", run.pk)
    run.refresh_from_db()
    assert str(again.pk) in run.log


def test_a_failed_run_stays_failed_when_tried_again(client, operator):
    run, _ = services.find_or_create_run(experiment="tiny-harm")
    services.work_off("w")
    client.force_login(operator)
    act(client, "retry_runs", run)
    run.refresh_from_db()
    assert run.status == FAILED


def test_who_may_only_look_cannot_act(client, onlooker):
    run, _ = services.find_or_create_run(experiment="tiny-sum")
    client.force_login(onlooker)
    assert client.get(LIST).status_code == 200
    act(client, "cancel_runs", run)
    run.refresh_from_db()
    assert run.status == "queued"


def test_nobody_deletes_or_edits_by_hand(client, admin_user):
    run, _ = services.find_or_create_run(experiment="tiny-sum")
    client.force_login(admin_user)
    assert client.post(f"{LIST}{run.pk}/delete/", {"post": "yes"}).status_code == 403
    assert client.post(f"{LIST}{run.pk}/change/", {"status": "failed"}).status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403
