#!/bin/sh
# State of a job of SLURM in the word that Snakemake waits for. squeue forgets a job some minutes after its end
# (MinJobAge); one that nobody knows counts as failed.
state=$(squeue --noheader --states=all --format=%T --job "$1" 2> /dev/null)
case $state in
    COMPLETED) echo success ;;
    PENDING | RUNNING | COMPLETING | CONFIGURING | SUSPENDED | REQUEUED | PREEMPTED) echo running ;;
    *) echo failed ;;
esac
