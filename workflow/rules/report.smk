from bleedmap.report.plan import ReportPlan

report_plan = ReportPlan(plan)


rule overlays:
    """Test slices with the largest bleeds: heatmaps and masks of all methods over the CT."""
    input:
        unpack(report_plan.overlay_inputs),
    output:
        sheet=report(
            ensure(path.overlays, non_empty=True),
            category="overlays",
            caption="../report/overlays.rst",
            labels={"picture": "all methods", "data set": "{dataset}", "fold": "{fold}"},
        ),
        hero=report(
            ensure(path.hero, non_empty=True),
            category="overlays",
            caption="../report/hero.rst",
            labels={"picture": "step by step", "data set": "{dataset}", "fold": "{fold}"},
        ),
    log:
        path.log(path.overlays),
    benchmark:
        path.benchmark(path.overlays)
    params:
        spec=report_plan.overlays.to_json(),
        folds=plan.config.folds.deal_json(),
        optional=report_plan.overlay_options,
        code=plan.digest("overlays.py"),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        mem_mb=plan.memory(3000),
        runtime=60,
    shell:
        "python -m scripts.overlays --slices {input.slices:q} --predictions {input.predictions:q}"
        " --folds {input.folds} --fold {wildcards.fold} --fold-spec {params.folds:q} --spec {params.spec:q}"
        " {params.optional} --out {output.sheet} --hero {output.hero} 2> {log}"


rule report:
    """One page about the whole run, which needs nothing beside it."""
    input:
        **report_plan.page_inputs(),
    output:
        page=report(
            ensure(path.report, non_empty=True),
            category="page",
            caption="../report/page.rst",
            labels={"page": "report"},
        ),
    log:
        path.log(path.report),
    benchmark:
        path.benchmark(path.report)
    params:
        spec=report_plan.page.to_json(),
        optional=report_plan.page_options(),
        code=report_plan.page_digest(),
    conda:
        "../../envs/bleedmap.yaml"
    threads: 1
    resources:
        mem_mb=plan.memory(2000),
        runtime=10,
    shell:
        "python -m scripts.report --spec {params.spec:q} --board {input.board} --comparisons {input.comparisons}"
        " --scores {input.scores:q}"
        " --scans {input.scans:q} --rejected {input.rejected:q} --overlays {input.overlays:q}"
        " --heroes {input.heroes:q} {params.optional} --out {output.page} 2> {log}"
