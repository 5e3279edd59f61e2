#!/usr/bin/env bash
# A real SLURM of one node with two GPUs that are none, for tests. All that it writes lies in one folder.
#
#   start_slurm.sh FOLDER          starts it; with FOLDER/bin first in PATH, sbatch, squeue and snakemake find it
#   start_slurm.sh FOLDER stop     ends it
#
# It is run as root and needs slurmctld, slurmd and munged, with ACCOUNTING=1 also slurmdbd and mariadbd; INSTALL=1 fetches
# them as packages of Debian or Ubuntu. Where it cannot start for want of these, it says so and ends with 3.
# Neither systemd nor cgroups are needed, and nothing is put into /etc: without that PATH the client tools find no
# cluster and end at once, so nothing else on the machine waits for this one.
set -euo pipefail
folder=$(realpath -m "$1")
export SLURM_CONF=$folder/slurm.conf

stop() {
    scontrol shutdown 2> /dev/null || true
    for daemon in slurmd slurmctld slurmdbd mariadbd munged; do
        [ ! -s "$folder/$daemon.pid" ] || kill "$(cat "$folder/$daemon.pid")" 2> /dev/null || true
    done
}

daemons=(slurmctld slurmd munged) packages=(slurm-wlm munge)
if [ "${ACCOUNTING:-0}" = 1 ]; then daemons+=(slurmdbd mariadbd) packages+=(slurmdbd mariadb-server); fi

installed() { for daemon in "${daemons[@]}"; do command -v "$daemon" > /dev/null || return 1; done; }

free_ports() { # ports that nobody listens on
    python3 - <<- 'PYTHON'
	import socket
	places = [socket.create_server(("127.0.0.1", 0)) for _ in range(4)]
	print(*(place.getsockname()[1] for place in places))
	PYTHON
}

until_it_does() { # wait for a command to succeed
    for _ in $(seq 100); do
        ! "$@" > /dev/null 2>&1 || return 0
        sleep 0.2
    done
    echo "$* does not succeed" >&2
    return 1
}

start_accounting() { # a database, and the daemon that writes there what jobs asked for and used
    mariadb-install-db --no-defaults --user=root --datadir="$folder/db" > /dev/null
    mariadbd --no-defaults --user=root --datadir="$folder/db" --bind-address=127.0.0.1 --port="$db_port" \
        --socket="$folder/db.socket" --pid-file="$folder/mariadbd.pid" &> "$folder/mariadbd.log" &
    until_it_does mariadb --no-defaults --socket="$folder/db.socket" --execute="
        CREATE DATABASE slurm_acct_db; CREATE USER slurm@localhost IDENTIFIED BY 'slurm'; GRANT ALL ON slurm_acct_db.* TO slurm@localhost"
    (umask 077 && cat > "$folder/slurmdbd.conf") <<- CONF
	AuthType=auth/munge
	AuthInfo=socket=$folder/munge.socket
	DbdHost=localhost
	DbdPort=$dbd_port
	SlurmUser=root
	StorageType=accounting_storage/mysql
	StorageHost=127.0.0.1
	StoragePort=$db_port
	StorageUser=slurm
	StoragePass=slurm
	StorageLoc=slurm_acct_db
	LogFile=$folder/slurmdbd.log
	PidFile=$folder/slurmdbd.pid
	CONF
    cat >> "$SLURM_CONF" <<- CONF
	AccountingStorageType=accounting_storage/slurmdbd
	AccountingStorageHost=localhost
	AccountingStoragePort=$dbd_port
	AccountingStoragePass=$folder/munge.socket
	JobAcctGatherType=jobacct_gather/linux
	JobAcctGatherFrequency=1
	CONF
    slurmdbd
    until_it_does sacctmgr --immediate add cluster tests
    sacctmgr --immediate --quiet add account lab
    sacctmgr --immediate --quiet add user root account=lab
}

if [ "${2:-start}" = stop ]; then
    stop
    exit
fi

if ! installed && [ "${INSTALL:-0}" = 1 ]; then
    export DEBIAN_FRONTEND=noninteractive
    exec {turn}> "${TMPDIR:-/tmp}/bleedmap-packages.lock" # another test may be at it
    flock "$turn"
    installed || { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${packages[@]}" > /dev/null; } ||
        { echo "the packages ${packages[*]} cannot be installed here" >&2; exit 3; }
    exec {turn}>&-
fi
installed || { echo "not all of ${daemons[*]} are here; INSTALL=1 fetches them" >&2; exit 3; }
[ "$(id -u)" = 0 ] || { echo "the daemons of SLURM want to be started as root" >&2; exit 3; }

mkdir -p "$folder"/{bin,ctld,d}
for i in 0 1; do
    mknod "$folder/gpu$i" c 1 3 2> /dev/null || { echo "no devices can be made here, which are to pass for GPUs" >&2; exit 3; }
done
read -r ctld_port d_port dbd_port db_port < <(free_ports)

trap stop ERR
# every message between the daemons carries a stamp of munge; key and socket are this cluster's own. It does not like a
# folder that others may not enter, which --force allows
(umask 077 && head -c 128 /dev/urandom > "$folder/munge.key")
munged --force --key-file="$folder/munge.key" --socket="$folder/munge.socket" --pid-file="$folder/munged.pid" \
    --seed-file="$folder/munge.seed" --log-file="$folder/munged.log" 2> /dev/null

# a time limit is looked at every half minute, whatever is written here; a job that is told to end gets KillWait seconds;
# one that is requeued starts again after cred_expire seconds
cat > "$SLURM_CONF" <<- CONF
	ClusterName=tests
	SlurmctldHost=localhost
	SlurmctldPort=$ctld_port
	SlurmdPort=$d_port
	SlurmUser=root
	SlurmdUser=root
	AuthType=auth/munge
	CredType=cred/munge
	AuthInfo=socket=$folder/munge.socket,cred_expire=3
	StateSaveLocation=$folder/ctld
	SlurmdSpoolDir=$folder/d
	SlurmctldPidFile=$folder/slurmctld.pid
	SlurmdPidFile=$folder/slurmd.pid
	SlurmctldLogFile=$folder/slurmctld.log
	SlurmdLogFile=$folder/slurmd.log
	ProctrackType=proctrack/linuxproc
	TaskPlugin=task/none
	# without accounting, a finished job must stay in squeue until it was asked for
	MinJobAge=7200
	KillWait=3
	ReturnToService=2
	SchedulerParameters=sched_interval=1,batch_sched_delay=0
	SelectType=select/cons_tres
	SelectTypeParameters=CR_Core_Memory
	# more cores and memory than there are: jobs of the tests are small
	SlurmdParameters=config_overrides
	GresTypes=gpu
	NodeName=localhost CPUs=20 RealMemory=60000 Gres=gpu:2 State=UNKNOWN
	PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
echo "NodeName=localhost Name=gpu File=$folder/gpu[0-1]" > "$folder/gres.conf"

# a job keeps no SLURM_CONF, for the executor plugin clears the environment of its steps; so the tools are told where
for tool in sacct sacctmgr sbatch scancel scontrol sinfo squeue srun; do
    printf '#!/bin/sh\nSLURM_CONF=%q exec %q "$@"\n' "$SLURM_CONF" "$(command -v $tool)" > "$folder/bin/$tool"
    chmod +x "$folder/bin/$tool"
done

[ "${ACCOUNTING:-0}" != 1 ] || start_accounting
slurmctld
slurmd
is_idle() { [ "$(sinfo --noheader --format=%t)" = idle ]; }
until_it_does is_idle || { tail "$folder"/slurm*.log >&2; false; }
